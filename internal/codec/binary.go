package codec

// await prepares for the attachments of the packet just read. It drops the
// arguments, which Binary finds again: a client that never sends the attachments
// costs no more than a copy of its text.
func (d *Decoder) await(attachments int) {
	d.dropArgs()
	d.awaited = attachments
}

// Binary takes one binary message. In JSON it is an attachment of the packet that
// Text has read last, and Binary keeps a copy of it. It returns the packet with
// the last of its attachments, and before that nil and no error.
//
// In MessagePack the message is a whole packet, which aliases data and is valid
// until the next call of the Decoder.
func (d *Decoder) Binary(data []byte) (*Packet, error) {
	if d.Format == MessagePack {
		return d.packed(data)
	}
	if d.awaited == 0 {
		return nil, ErrUnexpectedBinary
	}
	d.attachments = append(d.attachments, append(make([]byte, 0, len(data)), data...))
	if len(d.attachments) < d.awaited {
		return nil, nil
	}
	attachments := d.attachments
	d.awaited, d.attachments = 0, nil
	if d.packet.Data == nil {
		return &d.packet, nil
	}
	err := checkPlaceholders(d.packet.Data, len(attachments))
	if err == nil {
		err = d.payload() // finds the arguments that await has dropped
	}
	if err != nil {
		d.Release()
		return nil, err
	}
	for i := range d.packet.Args {
		d.packet.Args[i].attachments = &attachments
	}
	return &d.packet, nil
}
