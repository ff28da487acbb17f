"""What things are called in the demonstration, in three languages; prices and costs in thousands of rupiah."""

from __future__ import annotations


def read_rows(text: str) -> list[list[str]]:
    """Read lines of cells between bars."""
    return [line.split("|") for line in text.strip().splitlines()]


def read_words(text: str) -> list[str]:
    """Read words between spaces."""
    return text.split()


# inches | grade | price
MONITORS = read_rows("""
15|XG|1790
15|XGT|2150
17|SX|2290
17|SXT|2640
19|W|2480
22|FH|2790
22|FHP|3290
24|FH|3190
24|IPS|3690
49|UW|14900
27|FH|3990
27|Q|5190
27|4K|6890
32|Q|6490
32|4K|8990
15|MED|4950
24|MED|7900
43|4K|11900
34|UW|8490
15|TCH|3450
17|TCH|3890
22|TCH|4690
""")

# family | English | Indonesian | Chinese | grades | price of the first grade
COMPUTERS = read_rows("""
PC|Desktop PC|PC desktop|台式电脑|i3,i5,i7,R5,R7|6400
MINI|Mini PC|PC mini|迷你主机|N1,i3,i5,R5|5100
THIN|Thin client|Thin client|瘦客户机|A,B,C|3200
RUG|Rugged PC|PC tangguh|加固型电脑|i5,i7|16500
POS|POS terminal|Terminal POS|收银终端|10,12,15|5900
AIO|All-in-one PC|PC all-in-one|一体机|22,24,27,24T,27T|8700
""")

# code | English | Indonesian | Chinese | families
CATEGORIES = read_rows("""
MONITORS|Monitors|Monitor|显示器|MON
COMPUTERS|Computers|Komputer|电脑|PC,MINI,THIN,RUG,POS,AIO
ACCESSORIES|Accessories|Aksesori|周边配件|ARM,MNT,KEY,MOU,CAB,HUB,UPS,CAM,HED,SPK,PRN,SCN,BAG,CLN,DOC,SSD,RTR,SWT,CAL,FLT
SUBASSEMBLIES|Subassemblies|Subrakitan|半成品|MOD,KIT
PARTS|Parts|Komponen|零部件|PNL,CTL,PWR,HSG,STD,BOX,MBD,CPU,RAM,DRV,CAS,PSU,FAN,CBL
""")

# family | English | Indonesian | Chinese
ASSEMBLED = read_rows("""
MON|Monitor|Monitor|显示器
MOD|Display module|Modul layar|显示模组
KIT|Board kit|Set papan|主板套件
""")

# family | English | Indonesian | Chinese | usual price
ACCESSORIES = read_rows("""
ARM|Desk arm|Lengan meja|显示器支架|420
MNT|Wall mount|Braket dinding|壁挂架|260
KEY|Keyboard|Papan ketik|键盘|185
MOU|Mouse|Tetikus|鼠标|95
CAB|Display cable|Kabel layar|显示线|75
HUB|USB hub|Hub USB|USB集线器|210
UPS|UPS|UPS|不间断电源|1250
CAM|Webcam|Kamera web|摄像头|390
HED|Headset|Headset|耳机|340
SPK|Speaker|Pengeras suara|音箱|280
PRN|Label printer|Printer label|标签打印机|1950
SCN|Barcode scanner|Pemindai|扫码枪|890
BAG|Carrying case|Tas jinjing|便携包|150
CLN|Cleaning kit|Perangkat pembersih|清洁套装|60
DOC|Docking station|Stasiun dok|扩展坞|1480
SSD|Portable SSD|SSD portabel|移动固态硬盘|1090
RTR|Router|Ruter|路由器|560
SWT|Network switch|Sakelar jaringan|交换机|720
CAL|Colour calibrator|Kalibrator warna|校色仪|2650
FLT|Privacy filter|Filter privasi|防窥膜|310
""")

SHORT_FAMILIES = ("HUB", "RTR", "SWT", "DOC", "SSD")
"""Bought from two suppliers who are late by habit."""

# family | English | Indonesian | Chinese | cost
PARTS = read_rows("""
PNL|Panel|Panel|面板|780
CTL|Controller board|Papan pengendali|控制板|210
PWR|Power module|Modul daya|电源模块|130
HSG|Housing|Rumah|外壳|95
STD|Stand|Dudukan|底座|70
BOX|Carton|Karton|纸箱|18
MBD|Mainboard|Papan induk|主板|890
CPU|Processor|Prosesor|处理器|1650
RAM|Memory module|Modul memori|内存条|380
DRV|Solid-state drive|SSD|固态硬盘|420
CAS|Chassis|Sasis|机箱|310
PSU|Power supply|Catu daya|电源|240
FAN|Cooler|Pendingin|散热器|90
CBL|Cable set|Set kabel|线束|40
""")
