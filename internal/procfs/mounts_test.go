package procfs

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// mounter names the directory to mount something at, for a test binary in a mount namespace of its own.
const mounter = "PROCFS_TEST_MOUNT_AT"

func TestMain(m *testing.M) {
	if at := os.Getenv(mounter); at != "" {
		if err := seeMount(at); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// seeMount mounts and unmounts something, and looks for it before, between and after.
func seeMount(at string) error {
	var mounts Mounts
	defer mounts.Close()
	look := func(want bool) error {
		for range 2 {
			points, err := mounts.Points()
			if err != nil {
				return err
			}
			if slices.Contains(points, at) != want {
				return fmt.Errorf("%s is among %q: %t, want %t", at, points, !want, want)
			}
		}
		return nil
	}
	if err := look(false); err != nil {
		return err
	}
	if err := unix.Mount("none", at, "tmpfs", 0, ""); err != nil {
		return err
	}
	if err := look(true); err != nil {
		return err
	}
	if err := unix.Unmount(at, 0); err != nil {
		return err
	}
	return look(false)
}

func TestMountsSeesChanges(t *testing.T) {
	unshare := []string{"--user", "--map-root-user", "--mount"}
	if err := exec.Command("unshare", append(unshare, "true")...).Run(); err != nil {
		t.Skipf("this host gives no mount namespaces: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", append(unshare, self)...)
	cmd.Env = append(os.Environ(), mounter+"="+t.TempDir()+"/a b")
	if err := os.Mkdir(cmd.Env[len(cmd.Env)-1][len(mounter)+1:], 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// Without a change it is not listed again.
func TestMountsKeepsWhatItKnows(t *testing.T) {
	var mounts Mounts
	defer mounts.Close()
	points, err := mounts.Points()
	if err != nil || !slices.Contains(points, "/proc") {
		t.Fatalf("points %q, %v", points, err)
	}
	if mounts.changed() {
		t.Skip("something was mounted or unmounted just now")
	}
	again, err := mounts.Points()
	if err != nil || &again[0] != &points[0] {
		t.Errorf("listed again: %v", err)
	}
	mounts.Close()
	if points, err = mounts.Points(); err != nil || !slices.Contains(points, "/proc") {
		t.Errorf("after Close: %q, %v", points, err)
	}
}
