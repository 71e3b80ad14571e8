using MiniFirewall.Asm;
using MiniFirewall.Btf;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>A verified program in the kernel, held by a descriptor; it lives on while a link, a program array or a pin holds it.</summary>
public sealed class BpfProgram : IDisposable
{
    /// <summary>GPL-compatible in the kernel's list (include/linux/license.h), as most kernel functions ask.</summary>
    private const string License = "Dual MIT/GPL";

    private readonly ProgramType _type;

    private BpfProgram(FileDescriptor descriptor, string name, ProgramType type)
    {
        Descriptor = descriptor;
        Name = name;
        _type = type;
    }

    public string Name { get; }

    /// <summary>Number of the descriptor that holds the program, for kernel interfaces that take one; it is valid while this object lives.</summary>
    public int DescriptorNumber => Descriptor.Number;

    internal FileDescriptor Descriptor { get; }

    /// <summary>
    /// Resolves what the program names of this kernel, and loads it. Maps are held by the program afterwards.
    /// CAP_BPF, CAP_NET_ADMIN, and CAP_PERFMON where it reads kernel memory.
    /// </summary>
    /// <param name="maps">By the names that the program uses.</param>
    /// <exception cref="VerifierException">The verifier refuses it.</exception>
    /// <exception cref="MissingFeatureException">The kernel lacks a function, struct or member that it names.</exception>
    /// <exception cref="SystemCallException">The kernel refuses it unread.</exception>
    public static BpfProgram Load(ProgramSpec spec, KernelTypes types, IReadOnlyDictionary<string, BpfMap> maps)
    {
        var request = new ProgramLoadRequest(spec.Name, (uint)spec.Type, spec.ExpectedAttachType, spec.Flags)
        {
            Instructions = InstructionEncoder.Encode(new ReferenceResolver(types, maps).Resolve(spec.Code.Instructions)),
            License = License,
        };

        // A program of one function needs no types, and then loads where the kernel knows none.
        if (spec.Code.Functions.Length <= 1)
        {
            return Load(spec, request);
        }

        (byte[] blob, (int, int)[] functions) = FunctionTypes.Build(spec.Code.Functions);
        using FileDescriptor btf = BpfProgramCalls.LoadBtf(blob, $"functions of {spec.Name}");
        return Load(spec, request with { Btf = btf, FunctionTypes = functions });
    }

    /// <summary>Opens a pinned program; null where nothing is pinned.</summary>
    public static BpfProgram? TryOpen(string path)
    {
        FileDescriptor? descriptor = BpfObjectCalls.TryOpen(path);
        if (descriptor is null)
        {
            return null;
        }

        try
        {
            BpfProgramInfo info = BpfObjectCalls.ProgramInfo(descriptor, path);
            return new(descriptor, info.Name, (ProgramType)info.Type);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs a program for a link or for the module on a packet, with no traffic; what such a run cannot show is said at
    /// <see cref="NetfilterTestInput"/> and <see cref="ModuleTestInput"/>.
    /// </summary>
    /// <param name="packet">From the network header on.</param>
    public TestRunResult TestRun(Family family, Hook hook, ReadOnlySpan<byte> packet, int repeat = 1)
    {
        if (_type == ProgramType.LwtOut)
        {
            return TestRun(ModuleTestInput.Of(family, packet), [], repeat);
        }

        var input = new NetfilterTestInput(family, hook, packet);
        return TestRun(input.Data, input.Context, repeat);
    }

    /// <summary>Runs the program on input of its type's own form (net/bpf/test_run.c).</summary>
    public TestRunResult TestRun(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, int repeat = 1)
    {
        (uint result, uint nanoseconds) = BpfProgramCalls.TestRun(Descriptor, data, context, repeat, Name);
        return new(result, nanoseconds);
    }

    /// <summary>Makes the program hold a map that its instructions do not name.</summary>
    public void BindMap(BpfMap map) => BpfProgramCalls.BindMap(Descriptor, map.Descriptor, $"{Name}, {map.Name}");

    public BpfProgramInfo Info() => BpfObjectCalls.ProgramInfo(Descriptor, Name);

    /// <summary>Keeps the program under a path of a bpf file system.</summary>
    public void Pin(string path) => BpfObjectCalls.Pin(Descriptor, path);

    public void Dispose() => Descriptor.Dispose();

    private static BpfProgram Load(ProgramSpec spec, ProgramLoadRequest request)
    {
        try
        {
            return new(BpfProgramCalls.Load(request), spec.Name, spec.Type);
        }
        catch (ProgramRejectedException rejection) when (rejection.Log.Length > 0)
        {
            throw new VerifierException(spec, rejection.Log);
        }
        catch (ProgramRejectedException rejection)
        {
            throw (SystemCallException)rejection.InnerException!;
        }
    }
}

/// <summary>What a test run gave.</summary>
/// <param name="Result">The program's result; a netfilter program's verdict.</param>
/// <param name="Nanoseconds">The mean time of a run; it includes the loop around it, about 27 ns.</param>
public readonly record struct TestRunResult(uint Result, uint Nanoseconds);
