package chaos

import (
	"fmt"
	"os"
	"testing"

	"unitd/test/stage"
)

func TestMain(m *testing.M) {
	if os.Getenv(injected) != "" {
		fmt.Fprintln(os.Stderr, "run under an injector:", becomeInjected())
		os.Exit(1)
	}
	os.Exit(stage.Main(m, "../..", "test/chaos/testdata"))
}
