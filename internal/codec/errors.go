package codec

import "errors"

// Errors in what a client has sent. The connection should be closed.
var (
	ErrUnknownType        = errors.New("unknown packet type: want a digit from 0 to 6")
	ErrIllegalAttachments = errors.New("illegal attachments: want a count from 1 and placeholders numbered below it")
	ErrTooManyAttachments = errors.New("too many attachments: a packet may announce 10")
	ErrInvalidPayload     = errors.New("invalid payload: not JSON (or MessagePack), or not of the shape that its packet type asks for")
	ErrInvalidPacket      = errors.New("invalid packet: want a MessagePack map with a type, a nsp and a payload")
	ErrTooManyArguments   = errors.New("too many arguments: a packet may have 65536")
	ErrReservedName       = errors.New("reserved event name: connect, disconnect and the like cannot be sent as events")
	ErrTooDeep            = errors.New("payload nested too deeply: arrays and objects may nest 512 levels")
	ErrUnexpectedText     = errors.New("text message where a binary one was awaited")
	ErrUnexpectedBinary   = errors.New("binary message that no packet announced")
)
