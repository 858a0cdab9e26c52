package codec

import "errors"

// What a client can do wrong. Each of them ends its connection.
var (
	ErrUnknownType        = errors.New("unknown packet type: want a digit from 0 to 6")
	ErrIllegalAttachments = errors.New("illegal attachments: want a count from 1 and placeholders numbered below it")
	ErrTooManyAttachments = errors.New("too many attachments: a packet may announce 10")
	ErrInvalidPayload     = errors.New("invalid payload: not JSON, or not of the shape that its packet type asks for")
	ErrReservedName       = errors.New("reserved event name: connect, disconnect and the like cannot be sent as events")
	ErrTooDeep            = errors.New("payload nested too deeply: arrays and objects may nest 512 levels")
	ErrUnexpectedText     = errors.New("text message where a binary attachment was awaited")
	ErrUnexpectedBinary   = errors.New("binary message that no packet announced")
)
