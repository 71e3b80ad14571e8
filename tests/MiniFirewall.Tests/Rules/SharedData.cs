using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Files beside the sources, and public data that stands beside the repository on machines that have it.</summary>
internal static class SharedData
{
    private static readonly string Root = FindRoot(AppContext.BaseDirectory);

    /// <summary>A file of this folder.</summary>
    internal static string Here(string name) => Repository("tests/MiniFirewall.Tests/Rules/" + name);

    /// <summary>A file from the repository's root on.</summary>
    internal static string Repository(string path) => Path.GetFullPath(Path.Combine(Root, path));

    /// <summary>A folder of ../shared/data; the test is skipped where it is not there.</summary>
    internal static string Folder(string name)
    {
        string folder = Repository("../shared/data/" + name);
        Assert.SkipUnless(Directory.Exists(folder), $"{folder} is not here; see the README of the shared data");
        return folder;
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "MiniFirewall.slnx")) ? folder : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository"));
}
