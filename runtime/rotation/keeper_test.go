package rotation

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/testhost"
	"unitd/internal/testlog"
	"unitd/policy/retention"
	"unitd/runtime/journal"
)

const block = 64 << 10

func TestKeeperRotatesWhatIsWrittenTo(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	path := directory + "/app.x.log"
	k, out := keeping(t, directory)
	log := rules(block, 2)
	log.Compress = true
	add(t, path, "begun\n")
	k.Set([]File{{Path: path, Unit: "app.x", Rules: log}}, 0)
	eventually(t, "the log is watched", func() bool { return watched(k, path) })
	add(t, path, text(3*block+10*64))
	eventually(t, "it is rotated, and one file compressed", func() bool {
		found := files(t, directory)
		return len(found) == 3 && found["app.x.log"] <= block && found["app.x.log.1"] == block && found["app.x.log.2.gz"] > 0
	})
	add(t, path, text(4*block))
	eventually(t, "the older ones are gone", func() bool {
		found := files(t, directory)
		return len(found) == 3 && found["app.x.log.1"] == block && found["app.x.log.2.gz"] > 0 && found["app.x.log"] <= block
	})
	eventually(t, "it rests", func() bool { return watched(k, path) })
	log.Keep, log.Compress = 1, false
	k.Set([]File{{Path: path, Unit: "app.x", Rules: log}}, 0)
	eventually(t, "changed rules are live", func() bool { return len(files(t, directory)) == 2 })
	if out.String() != "" {
		t.Errorf("said: %s", out)
	}
}

func watched(k *Keeper, path string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	log := k.logs[path]
	return log != nil && log.watched
}

// Nothing is due while nobody writes, but for the rotated file that gets too old.
func TestKeeperRests(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	k, _ := keeping(t, directory)
	path := directory + "/pool.x@2.log"
	add(t, path, text(2*block))
	k.Add(File{Path: path, Unit: "pool.x", Rules: rules(block, 2)})
	k.Add(File{Path: directory + "/app.later.log", Unit: "app.later", Rules: rules(block, 2)})
	eventually(t, "it is rotated and watched", func() bool { return watched(k, path) && files(t, directory)["pool.x@2.log.1"] > 0 })
	if next := k.next(); time.Until(next) < 50*time.Minute {
		t.Errorf("looks again at %v", next)
	}
	// It is the pool's, so it follows a change of the pool's rules, whatever workers are counted.
	k.Set([]File{{Path: directory + "/pool.x@1.log", Unit: "pool.x", Rules: rules(block, 0)}}, 0)
	eventually(t, "no rotated file is kept", func() bool { return len(files(t, directory)) == 1 })
	eventually(t, "nothing is due", func() bool { return k.next().IsZero() })
}

func TestKeeperRemovesWhatIsTooOld(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	add(t, directory+"/app.gone.log.1", "old\n")
	add(t, directory+"/app.gone.log.2", "new\n")
	old := time.Now().Add(-31 * 24 * time.Hour)
	if err := os.Chtimes(directory+"/app.gone.log.1", old, old); err != nil {
		t.Fatal(err)
	}
	k, _ := keeping(t, directory)
	k.Set(nil, 0)
	eventually(t, "the file of a unit that is gone is removed", func() bool {
		return slices.Equal(slices.Collect(maps.Keys(files(t, directory))), []string{"app.gone.log.2.gz"})
	})
}

func TestKeeperLimitsTheTotal(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	k, out := keeping(t, directory)
	var all []File
	for i, name := range []string{"a", "b", "c"} {
		path := directory + "/app." + name + ".log"
		add(t, path, text(block/2))
		for n := range 3 {
			rotated := path + "." + strconv.Itoa(n+1)
			add(t, rotated, text(block))
			at := time.Now().Add(-time.Duration(10*n+i+1) * time.Minute)
			if err := os.Chtimes(rotated, at, at); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, File{Path: path, Unit: "app." + name, Rules: rules(block, 5)})
	}
	k.Set(all, 6*block)
	eventually(t, "the oldest are gone", func() bool {
		names := slices.Sorted(maps.Keys(files(t, directory)))
		return strings.Join(names, " ") == "app.a.log app.a.log.1 app.a.log.2 app.b.log app.b.log.1 app.c.log app.c.log.1"
	})
	if out.String() != "" {
		t.Errorf("said: %s", out)
	}
	k.Set(all, block)
	eventually(t, "live files are cut when no others are left", func() bool {
		found := files(t, directory)
		return len(found) == 3 && found["app.a.log"]+found["app.b.log"]+found["app.c.log"] <= block+2*4096
	})
	if !strings.Contains(out.String(), "larger than max_total: dropped the begin of a log") {
		t.Errorf("said: %s", out)
	}
}

func TestKeeperSaysWhoseLogIsGone(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	path, other := directory+"/app.x.log", directory+"/app.y.log"
	k, out := keeping(t, directory)
	for _, path := range []string{path, other} {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		k.Add(File{Path: path, Unit: strings.TrimSuffix(strings.TrimPrefix(path, directory+"/"), ".log"), Rules: rules(block, 1)})
		eventually(t, "it is watched", func() bool { return watched(k, path) })
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, other+".old"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both are said", func() bool {
		return strings.Contains(out.String(), `a log was removed: what its unit prints is lost until it starts again" unit=app.x`) &&
			strings.Contains(out.String(), `a log was replaced: what its unit prints goes to the former file until it starts again" unit=app.y`)
	})
	for _, name := range []string{"app.captured", "app.restarted", "app.last"} { // the last one, to see when the others were looked at
		gone := directory + "/" + name + ".log"
		add(t, gone, "line\n")
		k.Add(File{Path: gone, Unit: name, Rules: rules(block, 1), Captured: name == "app.captured"})
		eventually(t, name+" is watched", func() bool { return watched(k, gone) })
		writer, err := os.Open(gone) // or the next file may have its inode
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { writer.Close() })
		k.mu.Lock()
		err = os.Remove(gone)
		if name == "app.restarted" { // before anybody has looked
			add(t, gone, "line\n")
			live, failed := os.Open(gone)
			if failed != nil {
				t.Fatal(failed)
			}
			k.config.Logs.At(gone).Begin(live)
			live.Close()
		}
		k.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		k.Add(File{Path: gone, Unit: name, Rules: rules(block, 1), Captured: name == "app.captured"})
		if name == "app.last" {
			eventually(t, "it is said", func() bool { return strings.Contains(out.String(), "unit="+name) })
		}
	}
	if said := out.String(); strings.Contains(said, "app.captured") || strings.Contains(said, "app.restarted") {
		t.Error(said)
	}
}

// Files that programs open themselves are rotated too, and may come to be later.
func TestKeeperOfForeignFiles(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	k, out := keeping(t, t.TempDir())
	path := directory + "/access.log"
	k.Set([]File{{Path: path, Unit: "app.x", Rules: rules(block, 3), Foreign: true}}, 0)
	eventually(t, "its directory is watched", func() bool { return watched(k, path) })
	file, err := os.Create(path) // not to append
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	written := 0
	for round := range 2 {
		for range 2 * block / 64 {
			if _, err := fmt.Fprintf(file, "%-63d\n", written); err != nil {
				t.Fatal(err)
			}
			written++
		}
		eventually(t, "it is rotated", func() bool { return files(t, directory)[fmt.Sprintf("access.log.%d", round+1)] == block })
	}
	if files(t, directory)["access.log"] != int64(written*64) {
		t.Error("the file of a program that does not append was shortened")
	}
	if out.String() != "" {
		t.Errorf("said: %s", out)
	}
}

// On a full disk the oldest output goes first, and what is dropped is said.
func TestKeeperOnAFullDisk(t *testing.T) {
	directory := testhost.SmallDisk(t, "size=640k")
	if directory == "" {
		return
	}
	path := directory + "/app.x.log"
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	add(t, path+".1", text(2*block))
	for err == nil {
		_, err = file.WriteString(text(4096))
	}
	if err := file.Sync(); err != nil {
		t.Fatal(err)
	}
	k, out := keeping(t, directory)
	k.Set([]File{{Path: path, Unit: "app.x", Rules: rules(2*block, 9)}}, 0)
	eventually(t, "the log is within its bounds", func() bool {
		usage, err := k.config.Logs.At(path).Usage()
		return err == nil && usage.Live <= 2*block
	})
	eventually(t, "what is dropped is said", func() bool {
		return strings.Contains(out.String(), `the disk or the quota is full: removed a rotated log" log=`+path+" bytes=131072")
	})
	if _, err := file.WriteString("there is room again\n"); err != nil {
		t.Error(err)
	}
	var stat unix.Statfs_t
	if err := unix.Statfs(directory, &stat); err != nil || stat.Bavail == 0 {
		t.Errorf("%d blocks are free, %v", stat.Bavail, err)
	}
}

// A clock that was set ahead makes no file too old, and costs no processor time while it is doubted.
func TestKeeperDoubtsTheClock(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	path := directory + "/app.x.log"
	add(t, path, "line\n")
	add(t, path+".1", "older\n")
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(path+".1", old, old); err != nil {
		t.Fatal(err)
	}
	look := func(k *Keeper) {
		k.begun = time.Now()
		k.watcher = newWatcher(k.config.Logger)
		defer k.watcher.close()
		k.Set([]File{{Path: path, Unit: "app.x", Rules: rules(block, 2)}}, 0)
		k.lookAtDue(t.Context(), time.Now().Add(2*retention.Soonest))
	}
	k := New(Config{Logs: journal.NewLogs(), Directory: directory, Logger: (&testlog.Log{}).Logger()})
	k.clock.See(time.Now().AddDate(-1, 0, 0), 0)
	k.clock.See(time.Now(), time.Second)
	look(k)
	if files(t, directory)["app.x.log.1"] == 0 {
		t.Error("the rotated file is gone")
	}
	if due := k.next(); time.Until(due) < retention.Latest/2 {
		t.Errorf("it is looked at again at %v", due)
	}
	k = New(Config{Logs: journal.NewLogs(), Directory: directory, Logger: (&testlog.Log{}).Logger()})
	look(k)
	if _, kept := files(t, directory)["app.x.log.1"]; kept {
		t.Error("the rotated file is kept though it is too old")
	}
}

// A log that is far beyond a small max_size keeps no other one waiting.
func TestKeeperTakesTurns(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	const most = 4096
	add(t, directory+"/app.a.log", text(40*most+64))
	add(t, directory+"/app.b.log", text(most+64))
	k := New(Config{Logs: journal.NewLogs(), Directory: directory, Logger: (&testlog.Log{}).Logger()})
	k.begun = time.Now()
	k.watcher = newWatcher(k.config.Logger)
	defer k.watcher.close()
	var logs []File
	for _, name := range []string{"app.a", "app.b"} {
		logs = append(logs, File{Path: directory + "/" + name + ".log", Unit: name, Rules: rules(most, 100)})
	}
	k.Set(logs, 0)
	now := time.Now().Add(2 * retention.Soonest)
	k.lookAtDue(t.Context(), now)
	found := files(t, directory)
	if found[fmt.Sprintf("app.a.log.%d", rotationsAtOnce)] == 0 || found[fmt.Sprintf("app.a.log.%d", rotationsAtOnce+1)] != 0 || found["app.b.log.1"] == 0 {
		t.Errorf("after one look there are %v", found)
	}
	for range 2 {
		now = now.Add(time.Millisecond)
		k.lookAtDue(t.Context(), now)
	}
	if found = files(t, directory); found["app.a.log.40"] == 0 || found["app.a.log"] > most {
		t.Errorf("in the end there are %v", found)
	}
}
