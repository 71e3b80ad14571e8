:INPUT
-j TEE --gateway 1.2.3.4;;FAIL
-j TEE --gateway 1.2.3.4 --oif eth0;;FAIL
-j TEE --gateway 2001:db8::1;=;OK
-j TEE --gateway 2001:db8::1 --oif eth0;=;OK
-j TEE --gateway 1.2.3.4 --oif abcdefghijklmnopqr;;FAIL
-j TEE --gateway 1.2.3.4 --oif "a b";;FAIL
