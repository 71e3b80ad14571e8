using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MiniFirewall.Bpf;
using MiniFirewall.Btf;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Sys;

/// <summary>
/// Every argument struct of bpf(2) is compared, field by field, with what the C compiler makes of the system's header and
/// with the running kernel's own BTF. Headers older than the kernel lack fields; the kernel lacks none.
/// </summary>
public sealed class LayoutTests
{
    private static readonly List<Field> Fields = [.. Structs().SelectMany(FieldsOf)];

    [Fact]
    public void There_is_something_to_compare() => Assert.InRange(Fields.Count, 80, 1000);

    [Fact]
    public void The_running_kernel_has_the_same_layout()
    {
        foreach (Field field in Fields)
        {
            string type = field.Type.Split(' ')[1];
            KernelMember? member = KernelBtf.Types.FindMember(type, field.Prefix + field.Name);
            int start = field.Prefix.Length == 0 ? 0 : KernelBtf.Types.FindMember(type, field.Prefix.TrimEnd('.'))!.Value.Offset;
            Assert.True(member is not null, $"the kernel has no {field.Path}");
            Assert.Equal((field.Path, field.Offset, field.Size), (field.Path, member.Value.Offset - start, member.Value.Size));
        }
    }

    [Fact]
    public void The_C_compiler_makes_the_same_layout()
    {
        Assert.SkipUnless(CCompiler.IsThere, "gcc is not installed");
        List<Field> known = CCompiler.FieldsInHeaders(Fields);

        // Debian 12's header is of 6.1 and lacks what came with netfilter links; anything near half would be an error of ours.
        Assert.InRange(known.Count, Fields.Count - 12, Fields.Count);
        Dictionary<string, (int Offset, int Size)> compiled = CCompiler.Measure(known);
        Assert.All(known, field => Assert.Equal((field.Path, (field.Offset, field.Size)), (field.Path, compiled[field.Path])));
    }

    [Fact]
    public void No_struct_is_shorter_than_its_fields() => Assert.All(
        Structs(),
        type => Assert.True(FieldsOf(type).Max(field => field.Offset + field.Size) <= SizeOf(type), $"{type.Name} is cut short"));

    private static IEnumerable<Type> Structs() =>
        typeof(FileDescriptor).Assembly.GetTypes().Where(type => type.GetCustomAttributesData().Any(IsLayout));

    private static bool IsLayout(CustomAttributeData data) => data.AttributeType.Name == "KernelLayoutAttribute";

    private static IEnumerable<Field> FieldsOf(Type type)
    {
        CustomAttributeData layout = type.GetCustomAttributesData().Single(IsLayout);
        string cType = (string)layout.ConstructorArguments[0].Value!;
        string prefix = (string)layout.ConstructorArguments[1].Value!;
        return type.GetFields(BindingFlags.Instance | BindingFlags.Public).Select(field => new Field(
            cType, prefix, field.Name, field.GetCustomAttribute<FieldOffsetAttribute>()!.Value, FieldSize(field)));
    }

    private static int FieldSize(FieldInfo field) =>
        field.GetCustomAttribute<FixedBufferAttribute>() is FixedBufferAttribute buffer ? buffer.Length : SizeOf(field.FieldType);

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
