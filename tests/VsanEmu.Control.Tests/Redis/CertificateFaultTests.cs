using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>A certificate that is not taken is told with its own fault.</summary>
public sealed class CertificateFaultTests
{
    private const string Unsigned = "its certificate is not signed by an authority that is trusted here: set SSL_CERT_FILE to the authority's certificate";

    [Fact]
    public void One_that_has_expired_or_is_not_valid_yet_is_not_called_unsigned()
    {
        Assert.Equal("its certificate has expired: it was valid until 2020-02-01 00:00 UTC", Told(Made("2020-01-01", "2020-02-01"), trusted: true));
        Assert.Equal("its certificate is not valid yet: it will be from 2090-01-01 00:00 UTC on (is this machine's clock right?)", Told(Made("2090-01-01", "2090-02-01"), trusted: true));
        Assert.Equal(Unsigned, Told(Made("2020-01-01", "2090-01-01"), trusted: false));
    }

    [Fact]
    public void All_of_its_faults_are_told_at_once()
    {
        string all = Told(Made("2020-01-01", "2020-02-01"), trusted: false, SslPolicyErrors.RemoteCertificateNameMismatch);
        Assert.Equal($"its certificate is another host's: give the name that stands in it; its certificate has expired: it was valid until 2020-02-01 00:00 UTC; {Unsigned}", all);
        Assert.Equal("it shows no certificate", CertificateFault.Tell(SslPolicyErrors.RemoteCertificateNotAvailable, null));
    }

    private static string Told(X509Certificate2 certificate, bool trusted, SslPolicyErrors also = SslPolicyErrors.None)
    {
        using (certificate)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            if (trusted) chain.ChainPolicy.CustomTrustStore.Add(certificate);
            Assert.False(chain.Build(certificate));
            return CertificateFault.Tell(SslPolicyErrors.RemoteCertificateChainErrors | also, chain);
        }
    }

    private static X509Certificate2 Made(string from, string until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(Day(from), Day(until));

        static DateTimeOffset Day(string text) => new(DateOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture), default, TimeSpan.Zero);
    }
}
