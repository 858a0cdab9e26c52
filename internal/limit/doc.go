// Package limit limits what clients may take: rates, open sessions in all and per
// address, and the time for a request. It counts what was refused. It closes
// nothing and answers nobody; its callers do.
package limit
