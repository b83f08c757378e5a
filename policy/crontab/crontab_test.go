package crontab

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var usual = Command{
	Unitd: "/home/u/bin/unitd", Units: "/home/u/.config/unitd/units",
	State: "/home/u/.local/state/unitd", Runtime: "/home/u/.local/state/unitd/run",
}

func TestLines(t *testing.T) {
	const command = "/home/u/bin/unitd --ensure --detach --units /home/u/.config/unitd/units --state-dir /home/u/.local/state/unitd --runtime-dir /home/u/.local/state/unitd/run >/dev/null 2>&1"
	for every, when := range map[time.Duration]string{
		time.Minute: "* * * * *", 5 * time.Minute: "*/5 * * * *", time.Hour: "0 * * * *", 8 * time.Hour: "0 */8 * * *", 24 * time.Hour: "0 0 * * *",
	} {
		lines, err := Lines(usual, every)
		if err != nil || len(lines) != 2 || lines[0] != "@reboot "+command || lines[1] != when+" "+command {
			t.Errorf("every %v: %q, %v", every, lines, err)
		}
	}
	for _, every := range []time.Duration{0, -time.Minute, time.Second, 90 * time.Second, 7 * time.Minute, 25 * time.Minute, 5 * time.Hour, 48 * time.Hour} {
		if lines, err := Lines(usual, every); err == nil || !strings.Contains(err.Error(), "5, 6, 10") {
			t.Errorf("every %v: %q, %v", every, lines, err)
		}
	}
}

// What a shell and cron would read otherwise is quoted.
func TestQuoted(t *testing.T) {
	odd := usual
	odd.Units = "/home/u/it's 100% mine"
	lines, err := Lines(odd, time.Minute)
	if want := `--units '/home/u/it'\''s 100\% mine' --state-dir`; err != nil || !strings.Contains(lines[0], want) {
		t.Errorf("%q, %v", lines, err)
	}
	odd.Units = "/home/u/a\nb"
	if _, err := Lines(odd, time.Minute); err == nil || !strings.Contains(err.Error(), "line break") {
		t.Error(err)
	}
	odd.Units = "/" + strings.Repeat("a", longest)
	if _, err := Lines(odd, time.Minute); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Error(err)
	}
}

func TestMarkers(t *testing.T) {
	for text, why := range map[string]string{
		begin + "/s\n@reboot x\n":                                       "is missing",
		"@reboot x\n" + end + "/s\n":                                    "without its beginning",
		begin + "/s\n" + begin + "/s\n" + end + "/s\n":                  "twice",
		begin + "/s\n" + end + "/s\n" + begin + "/s\n" + end + "/s\n\n": "twice",
	} {
		for name, err := range map[string]error{
			"enable":  second(Enable(text, "/s", nil)),
			"disable": second(Disable(text, "/s")),
			"find":    second(Find(text, "/s")),
		} {
			if err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "crontab -e") {
				t.Errorf("%s %q: %v", name, text, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestFind(t *testing.T) {
	const by = " /home/u/bin/unitd --ensure --detach"
	for text, want := range map[string]string{
		"":                                      "",
		"@daily backup\n":                       "",
		"# @reboot" + by + "\n":                 "",
		"@reboot" + by + "\n":                   "@reboot",
		"@reboot" + by + "\n*/5 * * * *" + by:   "@reboot + every 5 min",
		"* * * * *" + by:                        "every minute",
		"0 */6 * * *" + by + "\n0 * * * *" + by: "every hour",
		"0 */6 * * *" + by:                      "every 6 h",
		"7,27 * * * *" + by:                     "7,27 * * * *",
		"@hourly" + by:                          "@hourly",
	} {
		f, err := Find(text, "/s")
		if got := f.Words(); err != nil || got != want || f.Kept || len(f.Others) != 0 {
			t.Errorf("%q: %q, want %q; %+v, %v", text, got, want, f, err)
		}
	}
	lines, err := Lines(usual, 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Enable("@reboot"+by+"\n", "/s", lines)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Find(text, "/s")
	if err != nil || !f.Kept || f.Words() != "@reboot + every 10 min" || len(f.Others) != 1 || len(f.Lines) != 2 {
		t.Errorf("%+v, %v", f, err)
	}
	other, err := Find(text, "/other")
	if err != nil || other.Kept || len(other.Lines) != 1 || other.Reboot != f.Reboot || other.Every != 0 {
		t.Errorf("another manager's lines are its own: %+v, %v", other, err)
	}
	both, err := Enable(text, "/other", lines)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"/s", "/other"} {
		if f, err := Find(both, state); err != nil || !f.Kept || len(f.Lines) != 2 || len(f.Others) != 1 {
			t.Errorf("beside another manager's lines %s has %+v, %v", state, f, err)
		}
	}
	if f, err := Find(both, "/third"); err != nil || len(f.Lines) != 1 {
		t.Errorf("the lines of two others are a third manager's: %+v, %v", f, err)
	}
	torn := strings.ReplaceAll(both, end+"/other\n", "")
	if f, err := Find(torn, "/s"); err != nil || len(f.Others) != 3 {
		t.Errorf("a torn block hides what follows: %+v, %v", f, err)
	}
}

// What the lines run is told where it can be.
func TestPrograms(t *testing.T) {
	const args = " --ensure --detach\n"
	for text, want := range map[string]string{
		"@reboot /home/u/bin/unitd" + args:                                  "/home/u/bin/unitd",
		"*/5 * *  * *  /home/u/bin/unitd" + args:                            "/home/u/bin/unitd",
		"@reboot $HOME/bin/unitd" + args:                                    "",
		"@reboot unitd" + args:                                              "",
		"@reboot sleep 5; /u/bin/unitd" + args:                              "",
		"@reboot cd /u && bin/unitd" + args:                                 "",
		"@reboot /u/~x/*/unitd" + args:                                      "",
		"@reboot /a/unitd" + args + "* * * * * /a/unitd" + args:             "/a/unitd",
		"@reboot /a/unitd" + args + "* * * * * /b/unitd" + args:             "/a/unitd /b/unitd",
		"@reboot /a/unitd" + args + "@daily /b/backup\n":                    "/a/unitd",
		"@reboot '/home/it'\\''s 100\\% mine/unitd'" + args:                 "/home/it's 100% mine/unitd",
		"@reboot '/home/u/a'b/unitd" + args:                                 "",
		"MAILTO=u\n30 4 1,15 * 5 nice -n 5 /home/u/bin/unitd" + args + "\n": "",
	} {
		f, err := Find(text, "/s")
		if got := strings.Join(f.Programs, " "); err != nil || got != want {
			t.Errorf("%q: %q, want %q; %v", text, got, want, err)
		}
	}
	odd := usual
	odd.Unitd = "/home/it's 100% mine/unitd"
	lines, err := Lines(odd, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if got := program(line); got != odd.Unitd {
			t.Errorf("%q: %q", line, got)
		}
	}
}

// Whatever a crontab holds, lines go in once, at one place, and come out again without a trace.
func TestUntouched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"", "# words", "MAILTO=me", "@daily true", "*/5 * * * * x % y", "# BEGIN unitd /another", "# END unitd /another", "\t", "ü\r"})
		text := strings.Join(rapid.SliceOfN(line, 0, 8).Draw(t, "lines"), "\n")
		if rapid.Bool().Draw(t, "newline") {
			text += "\n"
		}
		once, err := Enable(text, "/s", []string{"@reboot one"})
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := Enable(once, "/s", []string{"@reboot one"}); err != nil || twice != once {
			t.Fatalf("twice is not as once: %q, %v", twice, err)
		}
		changed, err := Enable(once, "/s", []string{"@reboot two", "* * * * * three"})
		if err != nil || strings.Contains(changed, "@reboot one") {
			t.Fatalf("%q, %v", changed, err)
		}
		out, err := Disable(changed, "/s")
		if want := text; err != nil || out != want && out != want+"\n" {
			t.Fatalf("%q, want %q, %v", out, want, err)
		}
	})
}
