package bridge

import (
	"net/http"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
)

// Applicant is a client that asks to join a namespace.
type Applicant struct {
	Namespace string
	Auth      map[string]any // what its CONNECT brought along, empty for nothing
	Request   *http.Request  // that opened its session; not to be modified
}

// Admission decides on an applicant: nil lets it in. It is called from several
// goroutines at once.
type Admission func(Applicant) *Refusal

// Admit makes check decide on whoever wants to join a namespace, whichever it
// is, before the namespace's middlewares do. A session that is recovered is
// checked as well. It must be called before requests are served.
func (b *Bridge) Admit(check Admission) {
	b.admission = check
	if r := b.io.Opts().GetRawConnectionStateRecovery(); r != nil {
		r.SetSkipMiddlewares(false)
	}
}

// admits asks the admission about a socket that is being connected.
func (b *Bridge) admits(s *socket.Socket) *socket.ExtendedError {
	c, ours := s.Conn().(*conn)
	if b.admission == nil || !ours {
		return nil
	}
	auth, _ := handshakeAuth(s.Handshake().Auth).(map[string]any)
	refusal := b.admission(Applicant{s.Nsp().Name(), auth, c.session.Request()})
	if refusal == nil {
		return nil
	}
	b.log.Debug("client refused", "session", c.session.ID(), "namespace", s.Nsp().Name(), "code", refusal.Code)
	// Clients of revision 3 get the data alone, which has the message too.
	return socket.NewExtendedError(refusal.Message, codec.Value{JSON: refusal.JSON()})
}
