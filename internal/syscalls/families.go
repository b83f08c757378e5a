package syscalls

import "golang.org/x/sys/unix"

// families are those of address_families(7).
var families = []call{
	{"AF_ALG", unix.AF_ALG}, {"AF_APPLETALK", unix.AF_APPLETALK}, {"AF_ATMPVC", unix.AF_ATMPVC}, {"AF_ATMSVC", unix.AF_ATMSVC},
	{"AF_AX25", unix.AF_AX25}, {"AF_BLUETOOTH", unix.AF_BLUETOOTH}, {"AF_CAIF", unix.AF_CAIF}, {"AF_CAN", unix.AF_CAN},
	{"AF_IB", unix.AF_IB}, {"AF_IEEE802154", unix.AF_IEEE802154}, {"AF_INET", unix.AF_INET}, {"AF_INET6", unix.AF_INET6},
	{"AF_IPX", unix.AF_IPX}, {"AF_IUCV", unix.AF_IUCV}, {"AF_KCM", unix.AF_KCM}, {"AF_KEY", unix.AF_KEY}, {"AF_LLC", unix.AF_LLC},
	{"AF_LOCAL", unix.AF_LOCAL}, {"AF_MPLS", unix.AF_MPLS}, {"AF_NETLINK", unix.AF_NETLINK}, {"AF_NFC", unix.AF_NFC},
	{"AF_PACKET", unix.AF_PACKET}, {"AF_PHONET", unix.AF_PHONET}, {"AF_PPPOX", unix.AF_PPPOX}, {"AF_QIPCRTR", unix.AF_QIPCRTR},
	{"AF_RDS", unix.AF_RDS}, {"AF_RXRPC", unix.AF_RXRPC}, {"AF_SMC", unix.AF_SMC}, {"AF_TIPC", unix.AF_TIPC},
	{"AF_UNIX", unix.AF_UNIX}, {"AF_VSOCK", unix.AF_VSOCK}, {"AF_WANPIPE", unix.AF_WANPIPE}, {"AF_X25", unix.AF_X25}, {"AF_XDP", unix.AF_XDP},
}

// Family is the number of an address family.
func Family(name string) (number uint32, known bool) {
	for _, f := range families {
		if f.name == name {
			return f.number, true
		}
	}
	return 0, false
}

// Families lists the names of address families.
func Families() []string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.name
	}
	return names
}
