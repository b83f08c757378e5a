package forward

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/internal/testhost"
)

const inside = "FORWARD_TEST_INSIDE"

// The library knows one place for the socket, so this runs where /run is empty.
func TestJournald(t *testing.T) {
	if os.Getenv(inside) == "" {
		cmd := testhost.OwnRun.Command(t, "forward.test", "-test.run=^TestJournald$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		if text, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(text), "PASS: TestJournald") {
			t.Errorf("%v: %s", err, text)
		}
		return
	}
	f, log := forwarding(t, Config{})
	if why := f.Missing(Journald); why != journaldSocket+" does not exist" {
		t.Errorf("without journald: %q", why)
	}
	f.Send(Journald, entry(0))
	eventually(t, "it is said that a line was dropped", func() bool { return strings.Contains(log.String(), "dropped=1") })
	if err := os.MkdirAll("/run/systemd/journal", 0o755); err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: journaldSocket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	next, _ := forwarding(t, Config{})
	if why := next.Missing(Journald); why != "" {
		t.Errorf("with journald: %q", why)
	}
	next.Send(Journald, entry(7))
	block := make([]byte, 1000)
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Read(block)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Split(strings.TrimSpace(string(block[:n])), "\n")
	slices.Sort(fields)
	want := []string{"MESSAGE=line 7", "PRIORITY=3", "SYSLOG_IDENTIFIER=pool.api@2", "UNITD_STREAM=stderr", "UNITD_UNIT=pool.api/2"}
	if !slices.Equal(fields, want) {
		t.Errorf("got %q", fields)
	}
	// It stops reading: nobody waits, and the end comes.
	begun := time.Now()
	for n := range 3 * mostEntries {
		next.Send(Journald, entry(n))
	}
	eventually(t, "it is told that journald takes no more", func() bool { return next.Missing(Journald) != "" })
	next.Close(patience)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
