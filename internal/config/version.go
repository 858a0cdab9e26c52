package config

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the Makefile: -ldflags "-X signaling/internal/config.version=v1.2.3".
var version string

// Version returns the version of the build, the Go release and the platform:
// "v1.2.3 (go1.26.0 linux/amd64)". Without the Makefile the first part is the
// version that the Go toolchain recorded, or "devel".
func Version() string {
	v := version
	if v == "" {
		v = recordedVersion()
	}
	return fmt.Sprintf("%s (%s %s/%s)", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func recordedVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
