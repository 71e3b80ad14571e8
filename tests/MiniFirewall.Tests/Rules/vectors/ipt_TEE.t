:INPUT
-j TEE --gateway 1.2.3.4;=;OK
-j TEE --gateway 1.2.3.4 --oif eth0;=;OK
-j TEE --gateway 2001:db8::1;;FAIL
-j TEE --gateway 2001:db8::1 --oif eth0;;FAIL
-j TEE --gateway 1.2.3.4 --oif abcdefghijklmnopqr;-j TEE --gateway 1.2.3.4 --oif abcdefghijklmno;OK
-j TEE --gateway 1.2.3.4 --oif "a b";=;OK
