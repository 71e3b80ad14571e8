using System.Globalization;
using MiniFirewall.Sys.Files;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class FileStatusTests
{
    [Fact]
    public void What_statx_tells_is_what_stat_tells()
    {
        string[] stat = Command.Run("stat", "-L", "-c", "%Hd %Ld %i %h", $"/proc/{Environment.ProcessId}/exe").Split();
        FileStatus status = FileStatus.TryOf("/proc/self/exe")!.Value;
        string[] read = [.. new object[] { status.DeviceMajor, status.DeviceMinor, status.Inode, status.Links }
            .Select(number => Convert.ToString(number, CultureInfo.InvariantCulture)!)];
        Assert.Equal(stat[..4], read);
    }

    [Fact]
    public void There_is_no_status_of_no_file() => Assert.Null(FileStatus.TryOf("/proc/self/nothing"));
}
