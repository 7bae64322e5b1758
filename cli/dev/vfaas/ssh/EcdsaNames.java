package dev.vfaas.ssh;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyFactorySpi;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.List;
import java.util.Map;

/** sshj asks for key factories of "ECDSA", which is BouncyCastle's name for what the JDK calls "EC": this provider leads one to the other. */
final class EcdsaNames extends Provider {
    static final String NAME = "vfaas-ecdsa";
    private static final long serialVersionUID = 1L;

    EcdsaNames() {
        super(NAME, "1", "The JDK's EC keys under the name ECDSA");
        putService(new Service(this, "KeyFactory", "ECDSA", Keys.class.getName(), List.of(), Map.of()) {
            @Override
            public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
                return new Keys();
            }
        });
    }

    private static final class Keys extends KeyFactorySpi {
        private final KeyFactory ec;

        Keys() throws NoSuchAlgorithmException {
            ec = KeyFactory.getInstance("EC");
        }

        @Override
        protected PublicKey engineGeneratePublic(KeySpec spec) throws InvalidKeySpecException {
            return ec.generatePublic(spec);
        }

        @Override
        protected PrivateKey engineGeneratePrivate(KeySpec spec) throws InvalidKeySpecException {
            return ec.generatePrivate(spec);
        }

        @Override
        protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> type) throws InvalidKeySpecException {
            return ec.getKeySpec(key, type);
        }

        @Override
        protected Key engineTranslateKey(Key key) throws InvalidKeyException {
            try {
                return ec.translateKey(key);
            } catch (GeneralSecurityException e) {
                throw new InvalidKeyException(e);
            }
        }
    }
}
