package engine

import (
	"crypto/tls"
	"net/http"
	"net/url"
)

// origin is what a session keeps of the request that opened it, a GET: all of it
// would take half a kilobyte more for each client, and the buffers of its
// connection.
type origin struct {
	target, host, proto string
	remote              string // the client's address and port
	header              http.Header
	tls                 *tls.ConnectionState
}

func originOf(r *http.Request) origin {
	return origin{target: r.RequestURI, host: r.Host, proto: r.Proto, remote: r.RemoteAddr, header: r.Header, tls: r.TLS}
}

// request returns the request, without its body.
func (o *origin) request() *http.Request {
	u, err := url.ParseRequestURI(o.target)
	if err != nil {
		u = &url.URL{Path: o.target} // cannot be: whoever read the request has parsed it
	}
	return &http.Request{
		Method: http.MethodGet, URL: u, RequestURI: o.target, Proto: o.proto,
		Header: o.header, Host: o.host, RemoteAddr: o.remote, TLS: o.tls,
	}
}
