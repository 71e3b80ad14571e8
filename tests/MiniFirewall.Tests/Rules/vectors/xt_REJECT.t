:INPUT
-j REJECT --reject-with tcp-reset;;FAIL
-j REJECT --reject-with tcp-rst;;FAIL
-p tcp -j REJECT --reject-with tcp;-p tcp -j REJECT --reject-with tcp-reset;OK
! -p tcp -j REJECT --reject-with tcp-reset;;FAIL
-p udp -j REJECT --reject-with tcp-reset;;FAIL
-j REJECT --reject-with echo-reply;;FAIL
-j REJECT --reject-with bogus;;FAIL
-j REJECT --reject-with;;FAIL
