//go:build field

// Package field holds faults that an audit with foreign clients, bug reports and
// attacks has found and that are not all mended yet: each is a row, with its
// exact input and the right result.
//
// Because some rows fail, the package stands behind the build tag field and is
// part of no suite; a row that passes moves to the suite of its subject:
//
//	go test -tags field ./test/field
//
// It has tests only. They reach the program over TCP, as clients do, and the
// module's API through the program in the folder application and the server of
// the public protocol suites. TestMain builds them, unless these variables name
// others, by paths from the top of the repository:
//
//	FIELD_SERVER       instead of the signaling server
//	FIELD_APPLICATION  instead of the program in application
//	FIELD_PROTOCOL     instead of test/protocolserver
//
// With the .mjs files of this folder and of application they are the Node
// reference, which needs the npm packages of the tests.
package field
