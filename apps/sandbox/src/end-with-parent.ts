// Loaded before a service that somebody runs for a while: ends it in order when they are gone, however they ended. Their end
// of its standard input closes then.
process.stdin
  .on('close', () => {
    process.kill(process.pid, 'SIGTERM');
  })
  .resume();
