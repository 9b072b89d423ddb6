CREATE TABLE now_playing (
  id INTEGER PRIMARY KEY DEFAULT 1,
  generation INTEGER NOT NULL DEFAULT 0,
  document TEXT,
  provider TEXT,
  checked_at TIMESTAMPTZ(3),
  fresh_until TIMESTAMPTZ(3),
  looked_at TIMESTAMPTZ(3),
  leader UUID,
  lease_until TIMESTAMPTZ(3)
);

INSERT INTO now_playing (id) VALUES (1);

CREATE TABLE provider_generation (
  id INTEGER PRIMARY KEY DEFAULT 1,
  generation INTEGER NOT NULL DEFAULT 0
);

INSERT INTO provider_generation (id) VALUES (1);

CREATE TABLE upstream_calls (
  upstream TEXT NOT NULL,
  client_id TEXT NOT NULL,
  hour TIMESTAMPTZ(3) NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (upstream, client_id, hour)
);
