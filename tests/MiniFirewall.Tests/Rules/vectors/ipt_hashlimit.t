:INPUT
-m hashlimit --hashlimit-upto 5/min --hashlimit-name a --hashlimit-srcmask 32 --hashlimit-dstmask 0 --hashlimit-mode srcip;-m hashlimit --hashlimit-upto 5/min --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name a --hashlimit-dstmask 0;OK
-m hashlimit --hashlimit-upto 5/min --hashlimit-name a --hashlimit-srcmask 64 --hashlimit-dstmask 128;;FAIL
-m hashlimit --hashlimit-upto 5/min --hashlimit-name a --hashlimit-srcmask 255.255.0.0;-m hashlimit --hashlimit-upto 5/min --hashlimit-burst 5 --hashlimit-name a --hashlimit-srcmask 16;OK
