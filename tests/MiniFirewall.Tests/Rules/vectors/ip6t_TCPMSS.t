:FORWARD
-p tcp --syn -j TCPMSS --set-mss 65515;;FAIL
