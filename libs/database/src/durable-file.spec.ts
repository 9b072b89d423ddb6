import { expect, it, vi } from 'vitest';
import { syncFolder } from './durable-file.js';

it('opens no folder on Windows, which does not let it be opened', async () => {
  await expect(syncFolder('/not/there')).rejects.toMatchObject({ code: 'ENOENT' });
  const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
  try {
    await syncFolder('/not/there');
  } finally {
    platform.mockRestore();
  }
});
