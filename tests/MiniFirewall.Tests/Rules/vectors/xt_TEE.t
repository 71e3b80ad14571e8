:INPUT
-j TEE --gateway 0.0.0.0;;FAIL
-j TEE;;FAIL
-j TEE --oif eth0;;FAIL
# Taken by iptables, which does not do what it says.
-j TEE --gateway 1.2.3.4 --oif "";;FAIL
-j TEE --gateway 1.2.3.4/24;;FAIL
-j TEE --gateway ::;;FAIL
