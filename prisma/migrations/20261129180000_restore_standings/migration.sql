ALTER TABLE restore_parts
  ADD COLUMN standing JSONB;

-- Until now it was known of one part, and stood beside how far that is.
UPDATE restore_parts
SET standing = jsonb_build_object('outcome', progress -> 'outcome', 'inDoubt', progress -> 'inDoubt')
FROM restores
WHERE restores.id = restore_id AND progress ->> 'list' = part AND progress ? 'outcome' AND NOT settled;

UPDATE restores
SET progress = progress - 'outcome' - 'inDoubt'
WHERE progress IS NOT NULL;
