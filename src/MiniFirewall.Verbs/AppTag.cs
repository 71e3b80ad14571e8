namespace MiniFirewall.Verbs;

/// <summary>The comment by which a rule says which application profile it is of, as ufw writes it: dapp_NAME, or sapp_NAME for the source.</summary>
internal static class AppTag
{
    private const string Destination = "dapp_", Source = "sapp_";

    internal static string Of(string app, bool isSource) => (isSource ? Source : Destination) + Uri.EscapeDataString(app);

    internal static bool Is(string comment) => comment.StartsWith(Destination, StringComparison.Ordinal) || comment.StartsWith(Source, StringComparison.Ordinal);

    internal static (string App, bool IsSource) Read(string comment) =>
        (Uri.UnescapeDataString(comment[Destination.Length..]), comment.StartsWith(Source, StringComparison.Ordinal));
}
