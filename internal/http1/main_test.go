package http1

import (
	"testing"

	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }
