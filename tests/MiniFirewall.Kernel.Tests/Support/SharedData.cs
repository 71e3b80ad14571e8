using Xunit;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Public data that stands beside the repository on machines that have it.</summary>
internal static class SharedData
{
    /// <summary>A folder of ../shared/data; the test is skipped where it is not there.</summary>
    internal static string Folder(string name)
    {
        string folder = Path.GetFullPath(Path.Combine(Root(AppContext.BaseDirectory), "../shared/data", name));
        Assert.SkipUnless(Directory.Exists(folder), $"{folder} is not here; see the README of the shared data");
        return folder;
    }

    private static string Root(string folder) => File.Exists(Path.Combine(folder, "MiniFirewall.slnx"))
        ? folder
        : Root(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository"));
}
