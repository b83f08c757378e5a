// A server as Node programs are: it listens on $PORT, and knows nothing of sockets that it could inherit.
'use strict';
const http = require('http');

const server = http.createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/take') { // a body of any size
    let bytes = 0;
    request.on('data', (piece) => { bytes += piece.length; });
    request.on('end', () => response.end(String(bytes)));
  } else if (path === '/block') { // nothing in this process goes on
    for (;;);
  } else if (path === '/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: ' + process.pid + '\n\n');
  } else {
    response.end(process.env.WORKER_INDEX + ' ' + process.pid);
  }
});
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.pipe(socket);
});
server.listen(process.env.PORT);
