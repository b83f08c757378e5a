package notify

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	text := func(s string) *string { return &s }
	number := func(n int) *int { return &n }
	usec := func(n uint64) *uint64 { return &n }
	for name, c := range map[string]struct {
		datagram string
		want     Message
	}{
		"ready":                 {"READY=1", Message{Ready: true}},
		"ready, newline":        {"READY=1\n", Message{Ready: true}},
		"ready, C string":       {"READY=1\n\x00", Message{Ready: true}},
		"ready=0 says nothing":  {"READY=0\n", Message{}},
		"ready beside status":   {"READY=1\nSTATUS=12 requests", Message{Ready: true, Status: text("12 requests")}},
		"empty status":          {"STATUS=\n", Message{Status: text("")}},
		"equals sign in status": {"STATUS=a=b", Message{Status: text("a=b")}},
		"reloading":             {"RELOADING=1\nMONOTONIC_USEC=123456", Message{Reloading: true, MonotonicUsec: 123456}},
		"stopping":              {"STOPPING=1", Message{Stopping: true}},
		"failure":               {"ERRNO=2\nEXIT_STATUS=70", Message{Errno: number(2), ExitStatus: number(70)}},
		"zeros":                 {"ERRNO=0\nEXIT_STATUS=0\nWATCHDOG_USEC=0", Message{Errno: number(0), ExitStatus: number(0), WatchdogUsec: usec(0)}},
		"main process":          {"MAINPID=4711\nREADY=1", Message{MainPID: 4711, Ready: true}},
		"watchdog":              {"WATCHDOG=1", Message{Watchdog: WatchdogPing}},
		"watchdog trigger":      {"WATCHDOG=trigger", Message{Watchdog: WatchdogTrigger}},
		"watchdog interval":     {"WATCHDOG_USEC=30000000", Message{WatchdogUsec: usec(30000000)}},
		"no watchdog any more":  {"WATCHDOG_USEC=18446744073709551615", Message{WatchdogUsec: usec(0)}},
		"more time":             {"EXTEND_TIMEOUT_USEC=5000000", Message{ExtendTimeoutUsec: 5000000}},
		"restart counter":       {"RESTART_RESET=1", Message{RestartReset: true}},
		"store":                 {"FDSTORE=1\nFDNAME=conn\nFDPOLL=0", Message{FDStore: true, FDName: "conn", NoFDPoll: true}},
		"remove":                {"FDSTOREREMOVE=1\nFDNAME=conn", Message{FDStoreRemove: true, FDName: "conn"}},
		"barrier":               {"BARRIER=1", Message{Barrier: true}},
		"unknown keys":          {"X_FOO=1\nfoo\n=\n\nREADY=1\nREADY\n", Message{Ready: true}},
		"the first counts":      {"STATUS=a\nSTATUS=b", Message{Status: text("a")}},
		"nothing":               {"", Message{}},
		"values without sense": {"READY=yes\nMAINPID=0\nERRNO=-1\nEXIT_STATUS=256\nWATCHDOG=2\nWATCHDOG_USEC=x\nFDNAME=a:b\nFDPOLL=2\nSTATUS=\xff",
			Message{Invalid: []string{"READY", "MAINPID", "ERRNO", "EXIT_STATUS", "WATCHDOG", "WATCHDOG_USEC", "FDNAME", "FDPOLL", "STATUS"}}},
		"pid beyond any": {"MAINPID=4294967297", Message{Invalid: []string{"MAINPID"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte(c.datagram))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*got, c.want) {
				t.Errorf("got  %+v\nwant %+v", *got, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for datagram, want := range map[string]error{
		"READY=1\x00STATUS=x": ErrNotText,
		"BARRIER=1\nREADY=1":  ErrBarrierMix,
		"X=1\nBARRIER=1\n":    ErrBarrierMix,
	} {
		if got, err := Parse([]byte(datagram)); !errors.Is(err, want) {
			t.Errorf("%q: got %+v, %v, want %v", datagram, got, err, want)
		}
	}
}

func TestParseCutsStatus(t *testing.T) {
	m, err := Parse([]byte("STATUS=" + strings.Repeat("é", maxStatus)))
	if err != nil {
		t.Fatal(err)
	}
	if len(*m.Status) != maxStatus || !utf8.ValidString(*m.Status) {
		t.Errorf("status of %d bytes, valid %v", len(*m.Status), utf8.ValidString(*m.Status))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("READY=1\nSTATUS=fine\nMAINPID=12\n"))
	f.Add([]byte("FDSTORE=1\nFDNAME=a\nFDPOLL=0"))
	f.Add([]byte("BARRIER=1"))
	f.Add([]byte("WATCHDOG=trigger\nWATCHDOG_USEC=99999999999999999999\x00"))
	f.Fuzz(func(t *testing.T, datagram []byte) {
		m, err := Parse(datagram)
		if err != nil {
			return
		}
		switch {
		case m.MainPID < 0,
			m.Status != nil && (len(*m.Status) > maxStatus || !utf8.ValidString(*m.Status) || strings.Contains(*m.Status, "\n")),
			m.ExitStatus != nil && (*m.ExitStatus < 0 || *m.ExitStatus > 255),
			len(m.FDName) > maxFDName || strings.ContainsAny(m.FDName, ":\n\x00"),
			len(m.Invalid) > maxInvalid,
			m.Barrier && (m.Ready || m.FDStore || m.Status != nil),
			m.PID != 0 || m.UID != 0 || m.FDs() != 0:
			t.Errorf("%q: %+v", datagram, m)
		}
	})
}
