:INPUT
-m quota --quota 100;=;OK
-m quota ! --quota 100;=;OK
-m quota --quota 18446744073709551615;=;OK
-m quota --quota 18446744073709551616;;FAIL
-m quota;;FAIL
-m quota --quota 0;=;OK
-m quota --quota 0x10;-m quota --quota 16;OK
