package bridge

import "net/http"

// Applicant is a client that asks to join a namespace.
type Applicant struct {
	Namespace string
	Auth      map[string]any // of its CONNECT, empty if it has sent none
	Request   *http.Request  // that opened its session; must not be modified
}

// Admission decides on an applicant: nil admits it. It is called from several
// goroutines at once.
type Admission func(Applicant) *Refusal

// Admit sets the admission. It decides on the applicants of every namespace,
// before the middlewares of the namespace, and on sessions that are recovered as
// well. It must be called before requests are served.
func (b *Bridge) Admit(check Admission) {
	b.admission = check
	b.runMiddlewaresOfRecovered()
}
