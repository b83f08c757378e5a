package host

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/testuser"
	"unitd/units"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

func TestHost(t *testing.T) {
	t.Setenv("HOME", "/home/of/somebody")
	paths := units.Paths{Units: "/u", Runtime: "/r", State: t.TempDir(), Log: "/l"}
	h, err := New(paths)
	if err != nil {
		t.Fatal(err)
	}
	account := h.Account()
	if account.UID != os.Getuid() || account.Home != "/home/of/somebody" || account.Name == "" {
		t.Errorf("account %+v", account)
	}
	if name, _ := os.Hostname(); h.Hostname() != name {
		t.Errorf("host name %q, want %q", h.Hostname(), name)
	}
	if h.CPUs() < 1 || h.Memory() <= 0 || h.Paths() != paths {
		t.Errorf("cpus %d, memory %d, paths %+v", h.CPUs(), h.Memory(), h.Paths())
	}
	if value, ok := h.Getenv("HOME"); !ok || value != "/home/of/somebody" {
		t.Errorf("HOME = %q, %v", value, ok)
	}
	if stat, err := h.Stat(paths.State); err != nil || !stat.IsDir() {
		t.Errorf("stat: %v, %v", stat, err)
	}
}

// TestHome takes the home of the user database where HOME is empty.
func TestHome(t *testing.T) {
	account, err := currentAccount("")
	if err != nil || account.Home == "" {
		t.Errorf("%+v, %v", account, err)
	}
}

func TestReadSecret(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, mode fs.FileMode, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(write("target", 0o400, "A=1"), link); err != nil {
		t.Fatal(err)
	}
	open := write("open", 0o644, "A=1")
	h := ephemeral(t)
	tests := []struct{ path, want string }{
		{write("own", 0o600, "A=1"), ""},
		{link, ""},
		{open, "mode 0644 lets others read it; chmod 600 " + open},
		{write("writable", 0o620, ""), "mode 0620 lets others write it; "},
		{write("runnable", 0o701, ""), "mode 0701 lets others execute it; "},
		{write("mine", 0o200, ""), "cannot be read: permission denied"},
		{filepath.Join(dir, "missing"), "does not exist"},
		{dir, "is not a regular file"},
		{fifo, "is not a regular file"},
		{"/etc/passwd", "belongs to uid 0 and not to this account (uid "},
		{write("large", 0o600, strings.Repeat("x", maxFile+1)), "is larger than 1 MiB"},
	}
	for _, test := range tests {
		content, err := h.ReadSecret(test.path)
		switch {
		case test.want == "" && (err != nil || string(content) != "A=1"):
			t.Errorf("%s: %q, %v", test.path, content, err)
		case test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)):
			t.Errorf("%s: error %v, want %q", test.path, err, test.want)
		}
	}
	for _, readPlain := range []func(string) ([]byte, error){h.ReadFile, h.ReadPage} {
		if content, err := readPlain(open); err != nil || string(content) != "A=1" {
			t.Errorf("read a file that is no secret: %q, %v", content, err)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing"): "does not exist", fifo: "is not a regular file", dir: "is not a regular file",
		filepath.Join(dir, "large"): "is larger than 1 MiB", "/etc/passwd": "",
	} {
		if _, err := h.ReadPage(path); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("read page %s: %v, want %q", path, err, want)
		}
	}
}

// A file that is exchanged for a link, and back, while it is read never gives what the rules forbid: what is checked is
// what was opened.
func TestReadSecretWhileItIsSwapped(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path, forbidden := filepath.Join(dir, ".env"), write("open", "A=forbidden", 0o644)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for i := range 3000 {
			fresh := filepath.Join(dir, "fresh")
			if i%2 == 0 {
				os.WriteFile(fresh, []byte("A=own"), 0o600)
			} else {
				os.Symlink(forbidden, fresh)
			}
			os.Rename(fresh, path)
		}
	}()
	h := ephemeral(t)
	own, refused := 0, 0
	for running := true; running || own == 0 || refused == 0; {
		select {
		case <-ended:
			if running = false; own == 0 || refused == 0 {
				t.Fatalf("read %d times, refused %d times", own, refused)
			}
		default:
		}
		switch content, err := h.ReadSecret(path); {
		case err == nil && string(content) == "A=own":
			own++
		case err != nil && !strings.Contains(err.Error(), "forbidden"):
			refused++
		default:
			t.Fatalf("read %q, %v", content, err)
		}
	}
}

// A link that a neighbour has put into a directory does not choose which file of the account is read.
func TestReadSecretThroughAStrangersLink(t *testing.T) {
	if !testuser.HasStranger() {
		t.Skip(testuser.ErrNoStranger)
	}
	dir, err := os.MkdirTemp("/tmp", "host")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	secret := filepath.Join(t.TempDir(), "secret")
	if err := errors.Join(os.WriteFile(secret, []byte("A=1"), 0o600), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ".env")
	if made, err := testuser.AsStranger(false, nil, "/bin/ln", "-s", secret, path); err != nil || made.Status != 0 {
		t.Fatalf("%+v, %v", made, err)
	}
	h := ephemeral(t)
	if content, err := h.ReadSecret(path); err == nil || !strings.Contains(err.Error(), path+" is a link that belongs to uid ") {
		t.Errorf("%q, %v", content, err)
	}
	if _, err := h.ReadSecret(secret); err != nil {
		t.Error(err)
	}
}

// TestReadSecretThroughLinks follows the account's own links, however they lead, and no loop.
func TestReadSecretThroughLinks(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"shared", "releases/1"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "shared/.env"), []byte("A=1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"current": "releases/1", "releases/1/.env": "../../shared/.env", "absolute": filepath.Join(dir, "current/.env"),
		"loop": "loop", "dangling": "nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	h := ephemeral(t)
	for name, want := range map[string]string{
		"current/.env": "", "absolute": "", "loop": "cannot be read: too many levels of symbolic links", "dangling": "does not exist",
	} {
		content, err := h.ReadSecret(filepath.Join(dir, name))
		if want == "" && (err != nil || string(content) != "A=1") || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
}

func TestReadEnvFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	h := ephemeral(t)
	if _, err := h.ReadEnvFile(path); !errors.Is(err, fs.ErrNotExist) || err.Error() != "env_file "+path+": does not exist" {
		t.Errorf("missing: %v", err)
	}
	if err := os.WriteFile(path, []byte("export B='x y'\n# comment\nA=\"1\\n2\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := h.ReadEnvFile(path)
	want := []units.EnvVar{{Name: "A", Value: "1\n2", Sensitive: true}, {Name: "B", Value: "x y", Sensitive: true}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("A=1\nB='hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ReadEnvFile(path); err == nil || err.Error() != "env_file "+path+": line 2: a quote that is never closed" {
		t.Errorf("broken: %v", err)
	}
}

// TestDigest keeps digests stable as long as the state directory lives, and no longer.
func TestDigest(t *testing.T) {
	state := t.TempDir()
	digest := func() string {
		h, err := New(units.Paths{State: state})
		if err != nil {
			t.Fatal(err)
		}
		return h.Digest("hunter2")
	}
	first := digest()
	if len(first) != 64 || digest() != first {
		t.Errorf("digests %q and %q", first, digest())
	}
	if ephemeral(t).Digest("hunter2") == first {
		t.Error("another key gives the same digest")
	}
	key := filepath.Join(state, keyFile)
	if stat, err := os.Stat(key); err != nil || stat.Mode() != 0o600 {
		t.Errorf("key file: %v, %v", stat, err)
	}
	if err := os.WriteFile(key, []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if second := digest(); second == first || digest() != second {
		t.Error("a torn key is not replaced")
	}
	for name, put := range map[string]func() error{
		"read by others": func() error { return os.Chmod(key, 0o644) },
		"closed":         func() error { return os.Chmod(key, 0o200) },
		"a FIFO":         func() error { return errors.Join(os.Remove(key), unix.Mkfifo(key, 0o600)) },
		"a directory":    func() error { return errors.Join(os.Remove(key), os.MkdirAll(filepath.Join(key, "full"), 0o700)) },
		"a dead symlink": func() error { return errors.Join(os.Remove(key), os.Symlink("nowhere", key)) },
	} {
		before := digest()
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if second := digest(); second == before || digest() != second {
			t.Errorf("a key that is %s is not replaced for good", name)
		}
	}
	if err := os.Chmod(state, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(key, 0); err != nil {
		t.Fatal(err)
	}
	if first := digest(); digest() == first {
		t.Error("a key that cannot be kept is kept")
	}
	if err := os.Chmod(state, 0o700); err != nil {
		t.Fatal(err)
	}
}

func ephemeral(t *testing.T) *Host {
	t.Helper()
	h, err := Ephemeral(units.Paths{})
	if err != nil {
		t.Fatal(err)
	}
	return h
}
