namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>The rule sets of these tests in files, for the agent.</summary>
internal sealed class RuleFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mfwe-");

    internal RuleFiles()
    {
        First = Write("first", Rules.First);
        Second = Write("second", Rules.Second);
    }

    internal string First { get; }

    internal string Second { get; }

    public void Dispose() => _directory.Delete(recursive: true);

    internal string Write(string name, string text)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
