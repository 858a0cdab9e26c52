// Package gcpacer sets when Go's garbage collector runs and when the process
// returns memory to the system, as suits a server whose heap grows with its
// clients and that is quiet most of the time. It changes settings of the whole
// process: only the program itself may call it, and once.
package gcpacer
