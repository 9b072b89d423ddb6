// Runs services side by side in one process, started and stopped by messages: loading the service's code takes most of a
// start, and here it is loaded once. Argument: the built service. Ends with whoever has started it.
const [, , entry] = process.argv;
const { openService, readSettings } = await import(entry);
const running = new Map();

async function start(id, env) {
  const settings = readSettings(env);
  const service = await openService(settings);
  try {
    await service.listen(settings.platform.PORT, settings.platform.HOST);
  } catch (error) {
    await service.close();
    throw error;
  }
  running.set(id, service);
}

async function stop(id) {
  const service = running.get(id);
  running.delete(id);
  await service?.close();
}

process.on('disconnect', () => process.exit());
process.on('message', ({ id, env }) => {
  (env ? start(id, env) : stop(id)).then(
    () => process.send({ id, fault: null }),
    (error) => process.send({ id, fault: error instanceof Error ? error.stack : String(error) }),
  );
});
process.send({ id: 0, fault: null });
