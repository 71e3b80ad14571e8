using System.Text.RegularExpressions;
using MiniFirewall.Rules.Diagnostics;
using Xunit;

namespace MiniFirewall.Tests.Rules;

public sealed partial class ErrorDocumentTests
{
    [Fact]
    public void The_document_lists_every_code_once_and_no_other()
    {
        string document = File.ReadAllText(SharedData.Repository("docs/errors.md"));
        Assert.Equal(ErrorCodes.Names.Keys.Order(), Row().Matches(document).Select(row => int.Parse(row.Groups[1].ValueSpan)));
    }

    [Fact]
    public void Every_constant_is_in_the_list_of_names()
    {
        IEnumerable<int> constants = typeof(ErrorCodes).GetFields().Where(field => field.IsLiteral).Select(field => (int)field.GetRawConstantValue()!);
        Assert.Equal(constants.Order(), ErrorCodes.Names.Keys.Order());
    }

    [Fact]
    public void Every_code_has_a_wrong_text()
    {
        string texts = File.ReadAllText(SharedData.Here("bad-lines.txt"));
        int[] without = [.. ErrorCodes.Names.Keys.Where(code => !texts.Contains($" MFW{code}:", StringComparison.Ordinal)).Order()];
        Assert.Equal([ErrorCodes.TooManyErrors, ErrorCodes.TooManyRules, ErrorCodes.TooManySets], without);
    }

    [GeneratedRegex(@"^\| MFW(\d{4}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
