// The reference: Node's socket.io with the four relay handlers and its
// default options. Usage: node server.cjs HOST:PORT
'use strict'

const http = require('node:http')
const { Server } = require('socket.io')

const [host, port] = process.argv[2].split(':')
const app = http.createServer((req, res) => res.writeHead(404).end())
const io = new Server(app)

io.on('connection', (socket) => {
  for (const event of ['offer', 'answer', 'onicecandidate']) {
    socket.on(event, (value) => socket.broadcast.emit(event, value))
  }
  socket.on('message', (message) => {
    socket.broadcast.to(message.channel).emit('message', message.message)
  })
})

app.listen(Number(port), host, () => {
  console.log(`Listening on http://${host}:${app.address().port}/`)
})
