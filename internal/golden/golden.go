// Package golden compares what a test makes with what a file of testdata holds. It answers for the flag -update,
// which has the files written anew; what a test makes is the test's own business. Start at Compare.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what comes out into the files that it is compared with")

// Compare wants the file to hold what came out, byte for byte.
func Compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test -update writes:\n%s", file, got)
	}
}

// Stories plays every testdata/*.story. tell is given the text of one and gives it back with what came of each line,
// which has to be what stands there.
func Stories(t *testing.T, tell func(t *testing.T, text string) string) {
	files, err := filepath.Glob("testdata/*.story")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".story"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			Compare(t, file, tell(t, string(text)))
		})
	}
}
