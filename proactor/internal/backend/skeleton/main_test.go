package skeleton_test

import (
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }
