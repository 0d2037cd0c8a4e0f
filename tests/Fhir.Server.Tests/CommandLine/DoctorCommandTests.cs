// The verb doctor as a user runs it: its lines and its exit code.

namespace FhirHub.Tests.CommandLine;

public class DoctorCommandTests
{
    [Fact]
    public async Task A_machine_that_is_well_has_a_line_for_everything_and_keeps_its_folder_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await ServerProcess.RunAsync("doctor", "--data", folder["none"]);
        Assert.Equal(0, exit);
        Assert.Contains("ok       configuration: ", output, StringComparison.Ordinal);
        Assert.Contains("the first start makes it", output, StringComparison.Ordinal);
        Assert.Contains("ok       codec RLE Lossless: decodes 5; encodes 5", output, StringComparison.Ordinal);
        foreach (var (library, package) in new[] { ("libturbojpeg", "libturbojpeg0"), ("CharLS", "libcharls2"), ("OpenJPEG", "libopenjp2-7") })
            Assert.Matches($"(ok       codec {library} [0-9].*decoded a small image in|missing  codec {library}: .*{package})", output);
        Assert.False(Directory.Exists(folder["none"]));
    }

    [Fact]
    public async Task A_folder_is_looked_at_and_left_alone_while_a_server_has_it()
    {
        using var folder = new TemporaryFolder();
        using (await ServerProcess.StartAsync(folder["data"]))
        {
            var (busy, told) = await ServerProcess.RunAsync("doctor", "--data", folder["data"]);
            Assert.Equal(0, busy);
            Assert.Contains("is in use", told, StringComparison.Ordinal);
        }

        var (exit, output) = await ServerProcess.RunAsync("doctor", "--data", folder["data"], "--verify");
        Assert.Contains("ok       records: ", output, StringComparison.Ordinal);
        Assert.Contains("ok       images: all that is stored is as it was stored", output, StringComparison.Ordinal);
        Assert.Equal(0, exit);
    }

    [Fact]
    public async Task What_is_wrong_is_told_and_is_the_exit_code()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await ServerProcess.RunWithAsync([("FhirHub__Integrity", "Perhaps")], "doctor", "--data", folder["none"]);
        Assert.Equal(1, exit);
        Assert.Matches("wrong    configuration: .*Integrity", output);
        (exit, _) = await ServerProcess.RunAsync("doctor", "--everything");
        Assert.Equal(2, exit);
    }
}
