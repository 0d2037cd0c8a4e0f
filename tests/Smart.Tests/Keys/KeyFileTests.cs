// The key file: made once, private, and never silently replaced.

using System.Security.Cryptography;

namespace FhirHub.Smart.Tests.Keys;

public class KeyFileTests
{
    [Fact]
    public async Task The_first_start_makes_it_and_only_its_owner_can_read_it()
    {
        await using var shared = new SharedStore();
        shared.Start();
        Assert.Equal(32, Convert.FromBase64String((await File.ReadAllTextAsync(shared.KeyFile)).Trim()).Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(shared.KeyFile));
        Assert.Single(Directory.GetFiles(shared.Folder, "auth.key*"));
    }

    [Fact]
    public async Task A_file_that_is_missing_stops_the_start_and_makes_no_other()
    {
        await using var shared = new SharedStore();
        shared.Start();
        await shared.RestartAsync();
        File.Delete(shared.KeyFile);
        var failure = Assert.Throws<KeyFileException>(() => shared.Start());
        Assert.Contains("Put it back from its backup", failure.Message, StringComparison.Ordinal);
        Assert.Contains("FhirHub:Auth:ResetKeys=true", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(shared.KeyFile));
    }

    [Fact]
    public async Task The_file_of_another_database_stops_the_start()
    {
        await using var shared = new SharedStore();
        shared.Start();
        await shared.RestartAsync();
        await File.WriteAllTextAsync(shared.KeyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        Assert.Contains("another database", Assert.Throws<KeyFileException>(() => shared.Start()).Message, StringComparison.Ordinal);
        Assert.Throws<KeyFileException>(() => shared.Start(static options => options with { ResetKeys = true }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("AAAA")]
    [InlineData("not base64, not base64, not base64, not base64")]
    public async Task A_file_that_holds_no_key_stops_the_start(string content)
    {
        await using var shared = new SharedStore();
        await File.WriteAllTextAsync(shared.KeyFile, content);
        Assert.Contains("does not hold a key", Assert.Throws<KeyFileException>(() => shared.Start()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_operator_made_is_taken()
    {
        await using var shared = new SharedStore();
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await File.WriteAllTextAsync(shared.KeyFile, key);
        shared.Start();
        Assert.Equal(key, await File.ReadAllTextAsync(shared.KeyFile));
    }

    [Fact]
    public async Task A_lost_file_is_replaced_when_the_operator_says_so_and_what_it_opened_is_dropped()
    {
        await using var shared = new SharedStore();
        var before = shared.Start();
        var kid = (await before.Keys.CurrentAsync(default)).Key.KeyId;
        var cookie = before.Protector("cookie").Protect("session"u8.ToArray());
        await shared.RestartAsync();
        File.Delete(shared.KeyFile);
        var after = shared.Start(static options => options with { ResetKeys = true });
        Assert.NotEqual(kid, (await after.Keys.CurrentAsync(default)).Key.KeyId);
        Assert.Throws<CryptographicException>(() => after.Protector("cookie").Unprotect(cookie));

        // The next start goes on with the new one, whether it is still told to or not.
        kid = (await after.Keys.CurrentAsync(default)).Key.KeyId;
        await shared.RestartAsync();
        Assert.Equal(kid, (await shared.Start(static options => options with { ResetKeys = true }).Keys.CurrentAsync(default)).Key.KeyId);
    }

    [Fact]
    public async Task A_second_server_with_a_file_of_its_own_does_not_start()
    {
        await using var shared = new SharedStore();
        shared.Start();
        var failure = Assert.Throws<KeyFileException>(() => shared.Start(options => options with { KeyFile = Path.Combine(shared.Folder, "other.key") }));
        Assert.Contains("copy that of the first", failure.Message, StringComparison.Ordinal);
    }
}
