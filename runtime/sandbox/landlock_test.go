package sandbox

import (
	"testing"

	"unitd/internal/golden"
	"unitd/internal/script"
)

// What is done by which version of Landlock, and with which words it is explained when it fails.
func TestScripts(t *testing.T) {
	rules := Rules{
		Files: true, TCP: true, Ports: []int{5432, 443}, AbstractSockets: true, Signals: true,
		Paths: []Beneath{
			{Path: "/etc/hosts", File: true, Rights: Read, Words: "landlock read_only /etc/hosts"},
			{Path: "/srv/data", Rights: Write, Words: "landlock read_write /srv/data"},
			{Path: "/usr", Rights: Execute, Words: "landlock execute /usr"},
		},
	}
	got := ""
	for _, version := range []struct {
		words   string
		version int
	}{{"of today", VersionScopes}, {"without scopes", versionIoctl}, {"the first, for files only", VersionFiles}} {
		var s script.Script
		rules.Version = version.version
		rules.Apply(&s, 20)
		got += "landlock, " + version.words + ":\n" + s.String()
	}
	var s script.Script
	Rules{Version: VersionTruncate, TCP: true, Signals: true}.Apply(&s, 20)
	got += "landlock, nothing that it knows:\n" + s.String()
	if err := (Filter{Families: []string{"AF_UNIX"}, LockPersonality: true}).Apply(&s); err != nil {
		t.Fatal(err)
	}
	got += "filter:\n" + s.String()
	golden.Compare(t, "testdata/scripts.txt", got)
}
