package app

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"signaling/internal/config"
)

// env is a getenv that has one variable.
func env(name, value string) func(string) string {
	return func(asked string) string {
		if asked == name {
			return value
		}
		return ""
	}
}

// busyAddr is an address that is in use until the test ends.
func busyAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

const privateKey = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHRlbGx0YWxlLXRlbGx0YWxlLXRlbGx0YWxlLTEyMzQ1\n-----END PRIVATE KEY-----"

// Errors that are fixed by changing a setting end the program with 2. Those that
// may not occur at the next try end it with 1.
func TestExitCodes(t *testing.T) {
	busy := busyAddr(t)
	missing := filepath.Join(t.TempDir(), "nothing")
	file := secretFile(t, "")
	for _, row := range []struct {
		name   string
		args   []string
		getenv func(string) string
		code   int
		want   string // in the error, or in what is printed when there is none
	}{
		{"help", []string{"-h"}, noEnv, 0, "-addr"},
		{"the version", []string{"-version"}, noEnv, 0, "signaling "},

		{"an unknown flag", []string{"-port", "1"}, noEnv, 2, "-port"},
		{"an argument", []string{"8181"}, noEnv, 2, "8181"},
		{"a bad address", []string{"-addr", "8181"}, noEnv, 2, "host:port"},
		{"a bad duration", []string{"-ping-interval", "25"}, noEnv, 2, "-ping-interval"},
		{"a bad variable", nil, env("SIGNALING_MAX_PAYLOAD", "many"), 2, "SIGNALING_MAX_PAYLOAD"},
		{"a TURN server without a secret", []string{"-turn", "turn:a.example"}, noEnv, 2, "-turn-secret"},
		{"a secret without a TURN server", []string{"-turn-secret", "a"}, noEnv, 2, "-turn"},
		{"a debug address that others reach", []string{"-debug-addr", ":0"}, noEnv, 2, "-debug-addr"},

		{"a folder that is missing", []string{"-public", missing}, noEnv, 2, "nothing"},
		{"a folder that is a file", []string{"-public", file}, noEnv, 2, file},

		{"a mode of tokens that is none", []string{"-auth", "basic"}, noEnv, 2, "jwt"},
		{"tokens without a key", []string{"-auth", "token"}, noEnv, 2, "-auth-key"},
		{"JWTs without a key", []string{"-auth", "jwt"}, noEnv, 2, "-auth-key"},
		{"a key in a flag that nobody is asked for", []string{"-auth-secret", goodToken}, noEnv, 2, "-auth jwt"},
		{"a key in a variable that nobody is asked for", nil, env("SIGNALING_AUTH_SECRET", goodToken), 2, "-auth jwt"},
		{"a key in a file that nobody is asked for", []string{"-auth-key", secretFile(t, goodToken)}, noEnv, 2, "-auth jwt"},
		{"a key as a secret and as a file", []string{"-auth", "token", "-auth-secret", goodToken, "-auth-key", secretFile(t, goodToken)}, noEnv, 2, "not both"},
		{"a key's file that is missing", []string{"-auth", "jwt", "-auth-key", missing}, noEnv, 2, missing},
		{"a key's file that is a folder", []string{"-auth", "jwt", "-auth-key", t.TempDir()}, noEnv, 2, "-auth-key"},
		{"a shared token that is too short", []string{"-auth", "token", "-auth-secret", telltale}, noEnv, 2, "16"},
		{"an empty file of tokens", []string{"-auth", "token", "-auth-key", file}, noEnv, 2, "no token"},
		{"a key of HS256 that is too short", []string{"-auth", "jwt", "-auth-secret", telltale}, noEnv, 2, "32"},
		{"a private key", []string{"-auth", "jwt", "-auth-key", secretFile(t, privateKey)}, noEnv, 2, "public"},
		{"a file that is half a key", []string{"-auth", "jwt", "-auth-key", secretFile(t, privateKey[:50])}, noEnv, 2, "malformed"},

		{"an address of another machine", []string{"-addr", "192.0.2.1:0"}, noEnv, 2, "-addr"},
		{"a port that is taken", []string{"-addr", busy}, noEnv, 1, busy + " is in use"},
		{"a debug port that is taken", []string{"-debug-addr", busy}, noEnv, 1, "-debug-addr"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			err := Run(t.Context(), row.args, row.getenv, &stdout, &stderr, pages)
			if code := config.ExitCode(err); code != row.code {
				t.Errorf("exit code %d after %v, want %d", code, err, row.code)
			}
			said := stdout.String()
			if row.code != 0 {
				if said != "" {
					t.Errorf("printed %q", said)
				}
				said = err.Error()
				if strings.Contains(said, "\n") {
					t.Errorf("the error has several lines: %q", said)
				}
				if strings.Contains(said, telltale) {
					t.Errorf("the error has a secret in it: %q", said)
				}
			} else if !errors.Is(err, config.ErrShown) {
				t.Errorf("the error is %v, want %v", err, config.ErrShown)
			}
			if !strings.Contains(said, row.want) {
				t.Errorf("said %q, want %q in it", said, row.want)
			}
		})
	}
}

// The errors that a test cannot make happen on every machine.
func TestAddressErrors(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		code int
	}{
		{"a port below 1024", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)}, 2},
		{"an address of another machine", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)}, 2},
		{"a name that does not exist", &net.OpError{Op: "listen", Err: &net.DNSError{IsNotFound: true}}, 2},
		{"a name that nobody could be asked for", &net.OpError{Op: "listen", Err: &net.DNSError{IsTimeout: true}}, 1},
		{"an address in use", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}, 1},
		{"no descriptor left", &net.OpError{Op: "listen", Err: os.NewSyscallError("socket", syscall.EMFILE)}, 1},
		{"a file that is missing", fs.ErrNotExist, 1},
	} {
		err := addressError(row.err)
		if code := config.ExitCode(err); code != row.code || err.Error() != row.err.Error() {
			t.Errorf("%s: exit code %d with %q, want %d", row.name, code, err, row.code)
		}
	}
}

// What Main makes of an error.
func TestProcessThatDoesNotServe(t *testing.T) {
	busy := busyAddr(t)
	for _, row := range []struct {
		name string
		args []string
		code int
		want string // the beginning of standard error
	}{
		{"the version", []string{"-version"}, 0, ""},
		{"a setting that is missing", []string{"-auth", "jwt"}, 2, "signaling: auth: mode jwt needs a secret"},
		{"an address in use", []string{"-addr", busy}, 1, "signaling: " + busy + " is in use"},
	} {
		t.Run(row.name, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			cmd := exec.Command(self, row.args...)
			cmd.Env = append(os.Environ(), asProgram+"=1")
			cmd.Stderr = &stderr
			cmd.Run() // its exit code is looked at
			if code := cmd.ProcessState.ExitCode(); code != row.code {
				t.Errorf("exit code %d, want %d", code, row.code)
			}
			if got := stderr.String(); !strings.HasPrefix(got, row.want) || row.want == "" && got != "" {
				t.Errorf("standard error is %q, want %q", got, row.want)
			}
		})
	}
}
