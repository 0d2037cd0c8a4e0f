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

    [Fact]
    public async Task A_Cosmos_account_that_can_not_be_reached_is_wrong_and_its_key_is_not_shown()
    {
        using var folder = new TemporaryFolder();
        var key = Convert.ToBase64String("the key that nobody may see"u8);
        var (exit, output) = await ServerProcess.RunWithAsync(
            [
                ("FhirHub__Storage__Provider", "Cosmos"),
                ("FhirHub__Storage__Cosmos__Endpoint", "https://127.0.0.1:1/"),
                ("FhirHub__Storage__Cosmos__Key", key),
                ("FhirHub__Storage__Cosmos__RequestSeconds", "1"),
                ("FhirHub__Storage__Cosmos__Blobs__Folder", folder["bodies"]),
            ],
            "doctor", "--data", folder["none"]);
        Assert.Equal(1, exit);
        Assert.Contains("ok       configuration: authorization Smart, storage Cosmos", output, StringComparison.Ordinal);
        Assert.Contains("wrong    cosmos account: can't be reached", output, StringComparison.Ordinal);
        Assert.Contains("ok       blobs: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain(key, output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["bodies"]));
    }
}
