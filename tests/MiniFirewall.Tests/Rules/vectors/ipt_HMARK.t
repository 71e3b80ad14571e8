:INPUT
-j HMARK --hmark-tuple src --hmark-mod 1 --hmark-rnd 1;-j HMARK --hmark-src-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 1;OK
-j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 10 --hmark-rnd 0xdead --hmark-offset 100;-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0x0000dead --hmark-mod 10 --hmark-offset 100;OK
-j HMARK --hmark-tuple ct,src,dst,sport,dport,proto --hmark-mod 10 --hmark-rnd 0xdead;-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0x0000dead --hmark-mod 10 --hmark-tuple ct;OK
-j HMARK --hmark-src-prefix 24 --hmark-tuple src --hmark-mod 10 --hmark-rnd 1;-j HMARK --hmark-src-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 10;OK
# Taken by iptables, which does not do what it says.
-j HMARK --hmark-src-prefix 33 --hmark-mod 10 --hmark-rnd 1;;FAIL
-j HMARK --hmark-tuple s --hmark-mod 1 --hmark-rnd 1;-j HMARK --hmark-src-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 1;OK
