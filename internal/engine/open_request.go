package engine

import (
	"crypto/tls"
	"net/http"
	"net/url"
)

// openRequest is what a session keeps of the request that opened it, a GET. The
// whole request would take half a kilobyte more for each client, and the buffers
// of its connection.
type openRequest struct {
	target, host, proto string
	remote              string // the client's address and port
	header              http.Header
	tls                 *tls.ConnectionState
}

func openRequestOf(r *http.Request) openRequest {
	return openRequest{target: r.RequestURI, host: r.Host, proto: r.Proto, remote: r.RemoteAddr, header: r.Header, tls: r.TLS}
}

// request returns the request, without its body.
func (o *openRequest) request() *http.Request {
	u, err := url.ParseRequestURI(o.target)
	if err != nil {
		u = &url.URL{Path: o.target} // cannot happen: the HTTP server has parsed it before
	}
	return &http.Request{
		Method: http.MethodGet, URL: u, RequestURI: o.target, Proto: o.proto,
		Header: o.header, Host: o.host, RemoteAddr: o.remote, TLS: o.tls,
	}
}
