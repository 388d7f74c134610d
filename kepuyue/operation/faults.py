"""What a fault of the background work means, in words that somebody can act on."""

from django.utils.translation import gettext as _

DATABASE = {"OperationalError", "InterfaceError", "DatabaseError", "InternalError"}
NETWORK = {
    "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "TimeoutError", "gaierror", "SSLError",
    "URLError",     "SMTPException", "SMTPServerDisconnected", "SMTPConnectError", "IMAPClientError",
}  # fmt: skip
DISK = {"OSError", "PermissionError", "IsADirectoryError"}


def in_words(fault: str) -> str:
    """What happened and what to do, by the class of an exception."""
    if fault in DATABASE:
        return _("数据库没有回应或写不进去。请看数据库和磁盘是否正常；恢复后会自动再做。")
    if fault in NETWORK:
        return _("连不上对方服务器。请看网络和对方地址；会自动再试。")
    if fault in DISK:
        return _("读写文件不成。请看磁盘空间和目录权限；恢复后会自动再做。")
    return _("程序出错。请把时间和出错位置告诉维护人员，日志里有详细记录。")
