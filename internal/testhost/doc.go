// Package testhost shows tests hosts that this one is not, by namespaces and filters that an ordinary user may
// set up.
//
// Call Enter first in TestMain:
//
//	func TestMain(m *testing.M) { testhost.Enter(); os.Exit(testuser.Main(m)) }
package testhost
