:INPUT
-m connmark --mark 5;-m connmark --mark 0x5;OK
-m connmark ! --mark 5/7;-m connmark ! --mark 0x5/0x7;OK
-m connmark --mark 5/3;-m connmark --mark 0x5/0x3;OK
-m connmark --mark 0xffffffff/0;-m connmark --mark 0xffffffff/0x0;OK
-m connmark;;FAIL
