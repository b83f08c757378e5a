package notify

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"unitd/test/stage"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if name, ok := strings.CutPrefix(os.Args[1], "program:"); ok {
			if err := program(name); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(stage.Main(m, "../..", "test/notify/testdata"))
}

// boot runs unitd with the units of a text, in which var.program is this test binary.
func boot(t *testing.T, text string) *stage.Manager {
	t.Helper()
	home := stage.Home(t)
	binary, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := stage.Write(t, home, "program", string(binary), 0o700)
	text += "\nvariable \"program\" {\n  default = " + strconv.Quote(program) + "\n}\n"
	stage.Write(t, home, "units/units.hcl", text, 0o600)
	return stage.Boot(t, stage.Setting{Home: home, Units: filepath.Join(home, "units")})
}

// program is what this binary does when a unit runs it.
func program(name string) error {
	conn, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET"))
	if err != nil {
		return err
	}
	say := func(text string) error {
		_, err := conn.Write([]byte(text))
		return err
	}
	switch name {
	case "ready":
		if err := say("READY=1"); err != nil {
			return err
		}
		select {}
	case "beating": // four times as often as its watchdog wants
		interval, err := strconv.Atoi(os.Getenv("WATCHDOG_USEC"))
		if err != nil {
			return err
		}
		for err == nil {
			err = say("READY=1\nWATCHDOG=1")
			time.Sleep(time.Duration(interval) * time.Microsecond / 4)
		}
		return err
	case "flooding": // DATAGRAMS to send in a second, SECONDS, with sense or nonsense
		each, seconds := number(os.Args[2]), number(os.Args[3])
		return flood(say, each, seconds, messages[os.Args[4]])
	}
	return fmt.Errorf("no such program: %s", name)
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// messages are what a flood is of. Nonsense is too large, has no values, or such as have no meaning.
var messages = map[string]func(n int) string{
	"sense": func(n int) string { return fmt.Sprintf("WATCHDOG=1\nSTATUS=message %d", n) },
	"nonsense": func(n int) string {
		return []string{
			strings.Repeat("x", 20<<10), "STATUS=" + strings.Repeat("x", 17<<10), "READY", "=\n==\n", "READY=1\x00", "\xff\xfe\xfd",
			"BARRIER=1", "MAINPID=-1\nERRNO=many\nWATCHDOG_USEC=soon", "FDSTORE=1\nFDNAME=a:b", "WATCHDOG=1",
		}[n%10]
	},
}

// flood sends as many datagrams in each second, or fewer if they are not taken in, and then says how many.
func flood(say func(string) error, each, seconds int, message func(n int) string) error {
	if err := say("READY=1"); err != nil {
		return err
	}
	if err := await("flood"); err != nil {
		return err
	}
	began, sent := time.Now(), 0
	for time.Since(began) < time.Duration(seconds)*time.Second {
		if due := int(time.Since(began).Seconds() * float64(each)); sent >= due {
			time.Sleep(time.Millisecond)
			continue
		}
		sent++
		if err := say(message(sent)); err != nil {
			return err
		}
	}
	if err := say("STATUS=sent " + strconv.Itoa(sent)); err != nil {
		return err
	}
	select {}
}

// await waits for a file of the working directory.
func await(name string) error {
	for {
		if _, err := os.Stat(name); err == nil || !os.IsNotExist(err) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}
